// The menu that Streamlit keeps in a drawer where the window is narrow: it has a name, and closes after a choice, on
// Escape and on a tap outside. Streamlit leaves it open over the page.
const OPEN = '[data-testid=stSidebar][data-collapsed="false"]';
const CLOSE = "[data-testid=stSidebarCollapseButton] button";
const SHOW = "[data-testid=stExpandSidebarButton]";

export default function () {
  const close = () => document.querySelector(`${OPEN} ${CLOSE}`)?.click();
  const on_click = (event) => {
    const inside = event.target.closest?.("[data-testid=stSidebar]");
    if (inside ? event.target.closest("a") : !event.target.closest?.(SHOW)) setTimeout(close);
  };
  const on_key = (event) => event.key === "Escape" && close();
  const name = () => {
    for (const [selector, label] of [[SHOW, "Menu"], [CLOSE, "Close the menu"]]) {
      const button = document.querySelector(selector);
      if (button && button.ariaLabel !== label) button.ariaLabel = label;
    }
  };
  const watch = new MutationObserver(name);
  watch.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", on_click);
  document.addEventListener("keydown", on_key);
  name();
  return () => {
    watch.disconnect();
    document.removeEventListener("click", on_click);
    document.removeEventListener("keydown", on_key);
  };
}
