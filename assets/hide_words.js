// The words of a text as buttons; a click tells Python the number of the part that was chosen.
export default function ({ parentElement, data, setTriggerValue }) {
  const line = parentElement.querySelector(".line");
  line.dir = "auto";
  const focused = [...line.children].indexOf(line.querySelector(":focus"));
  line.replaceChildren(...data.parts.map((part, n) => {
    if (part.kind === "rest") return document.createTextNode(part.text);
    const button = document.createElement("button");
    button.textContent = part.text;
    button.className = part.kind;
    button.title = part.kind === "gap" ? "Show the word again" : "Hide this word";
    button.setAttribute("aria-label", `${button.title}: ${part.text}`);
    button.disabled = part.fixed;
    button.onclick = () => setTriggerValue("pick", n);
    return button;
  }));
  line.children[focused]?.focus();
}
