// Light, dark or as the system has it, as three radio buttons; assets/theme.js does what they say. Python hears of it a
// moment later, when Streamlit has taken over the colours that it tells: pictures of ours are made in them.
const PAINTED_MS = 300;
const CHOICES = [["light", "Light", "light_mode"], ["dark", "Dark", "dark_mode"], ["system", "System", "contrast"]];

export default function ({ parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".theme");
  const theme = window.playgroundTheme;
  if (!theme || place.childElementCount) return;
  place.setAttribute("role", "radiogroup");
  place.setAttribute("aria-label", "Colours");
  place.append(...CHOICES.map(([value, name, icon]) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "theme", value });
    input.checked = theme.chosen === value;
    input.onchange = () => {
      theme.choose(value);
      setTimeout(() => setTriggerValue("chosen", value), PAINTED_MS);
    };
    const sign = Object.assign(document.createElement("span"), { className: "icon", textContent: icon, ariaHidden: "true" });
    label.append(input, sign, Object.assign(document.createElement("span"), { textContent: name }));
    return label;
  }));
}
