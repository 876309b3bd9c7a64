// Back returns to the page as it was left. Streamlit would make an entry in the browser's history of every change of an
// address by Python, also of the one that empties the address of a page just before the next page is shown: Back would
// lead there, to a page without its text. Here a change on the same page replaces the address, and a page that is left
// gets its own back before the next one is added.
export default function () {
  if (history.pushState.name === "add") return; // once for all pages
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history);
  let before = null; // the last change, until somebody does something: while a page is left, its address as it was
  const forget = () => { before = null; };
  history.pushState = function add(state, title, url) {
    const page = location.href;
    if (new URL(url, page).pathname === location.pathname) {
      replace(state, title, url);
      before = page;
      return;
    }
    if (before) replace(state, title, before);
    forget();
    push(state, title, url);
  };
  history.replaceState = (...change) => {
    forget();
    replace(...change);
  };
  for (const deed of ["pointerdown", "keydown", "popstate"]) addEventListener(deed, forget, true);
}
