// The menu that Streamlit keeps in a drawer where the window is narrow: it has a name, each of its groups is a list, and
// it closes after a choice, on Escape and on a tap outside. Streamlit leaves it open over the page, and puts groups and
// pages into one list, where groups have no place.
const OPEN = '[data-testid=stSidebar][data-collapsed="false"]';
const CLOSE = "[data-testid=stSidebarCollapseButton] button";
const ITEMS = "[data-testid=stSidebarNavItems]";
const GROUP = "[data-testid=stNavSectionHeader]";
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
    for (const part of document.querySelectorAll(`${ITEMS}:has(${GROUP}), ${ITEMS}:has(${GROUP}) > *`)) {
      const group = part.matches("div") && part.querySelector(`${GROUP} p`)?.textContent;
      const role = group ? "list" : "none";
      if (part.role === role) continue;
      part.role = role;
      if (group) part.ariaLabel = group;
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
