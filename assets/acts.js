// Words, names and bars of an answer that act on a click. Python draws them as buttons (.pg-act) whose data says which
// one it is, and gets that back. The next answer takes the button's place: the keyboard stays on the same one.
let tell, stays;

const acted = (event) => {
  const button = event.target.closest?.(".pg-act");
  if (!button) return;
  stays = event.detail ? null : button.dataset.act; // a key, no pointer
  tell("act", button.dataset.act);
};
const stay = () => {
  if (stays == null || document.activeElement !== document.body) return;
  const buttons = [...document.querySelectorAll(".pg-act")];
  (buttons.find((one) => one.dataset.act === stays) ?? buttons[0])?.focus({ preventScroll: true });
};
const moved = () => { stays = null; };

export default function ({ setTriggerValue }) {
  tell = setTriggerValue;
  document.addEventListener("click", acted);
  document.addEventListener("pointerdown", moved, true);
  const watch = new MutationObserver(stay);
  watch.observe(document.body, { childList: true, subtree: true });
  document.body.dataset.acts = "listens";
  return () => {
    delete document.body.dataset.acts;
    watch.disconnect();
    document.removeEventListener("click", acted);
    document.removeEventListener("pointerdown", moved, true);
  };
}
