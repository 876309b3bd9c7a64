// The words of a text as buttons, its gaps with the words that a model puts there; a click tells Python the number of
// the part that was chosen.
export default function ({ parentElement, data, setTriggerValue }) {
  const line = parentElement.querySelector(".line");
  line.dir = "auto";
  line.classList.toggle("large", data.large);
  const focused = [...line.children].indexOf(line.querySelector(":focus"));
  line.replaceChildren(...data.parts.map((part, n) => {
    if (part.kind === "rest") return document.createTextNode(part.text);
    const button = document.createElement("button");
    button.textContent = part.filled || part.text;
    button.className = part.kind;
    button.title = part.fixed ? "The gap" : part.kind === "gap" ? "Show the word again" : "Hide this word";
    button.setAttribute("aria-label", `${button.title}: ${button.textContent}`);
    button.disabled = part.fixed;
    button.onclick = () => setTriggerValue("pick", n);
    return button;
  }));
  line.children[focused]?.focus();
  const gap = line.querySelector(".gap");
  if (gap && !line.dataset.opened) line.scrollTop = gap.offsetTop - line.offsetTop - line.clientHeight / 2; // a long text opens at its gap
  line.dataset.opened = "yes";
}
