// The box for a sentence grows to its text, so it is a text area. Streamlit takes what is in one when somebody presses
// Ctrl+Enter or leaves it; here it is taken while somebody types, and on Enter, as from a box of one line.
const BOX = "[class*=st-key-line-] textarea";
const PAUSE_MS = 250; // Streamlit's own for boxes that follow the typing
const value = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
let waiting;

const take = (box) => box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true }));
const typed = (event) => {
  const box = event.target;
  if (!box.matches?.(BOX) || event.isComposing) return;
  if (/[\r\n]/.test(box.value)) { // pasted lines become one
    value.set.call(box, box.value.replace(/[\r\n]+/g, " "));
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    return;
  }
  clearTimeout(waiting);
  waiting = setTimeout(take, PAUSE_MS, box);
};
const pressed = (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing || !event.target.matches?.(BOX)) return;
  event.preventDefault();
  event.stopPropagation();
  take(event.target);
};

export default function () {
  const heard = [["input", typed], ["compositionend", typed], ["keydown", pressed]];
  for (const [name, on] of heard) document.addEventListener(name, on, true);
  return () => {
    for (const [name, on] of heard) document.removeEventListener(name, on, true);
  };
}
