// Runs before Streamlit, in the head of every page. Streamlit asks the browser whether the system is light or dark; what
// the visitor has chosen with the switch (assets/theme_switch.js) comes before that, on every page and the next time too.
(() => {
  const KEY = "bert-playground-theme";
  const SCHEMES = ["light", "dark"];
  const QUERY = /^\(prefers-color-scheme: ?(light|dark)\)$/;
  const ask = window.matchMedia.bind(window);
  const system = Object.getOwnPropertyDescriptor(MediaQueryList.prototype, "matches").get;
  const lists = Object.fromEntries(SCHEMES.map((scheme) => [scheme, ask(`(prefers-color-scheme: ${scheme})`)]));
  let chosen = "system";

  const store = (act) => {
    try {
      return act(window.localStorage);
    } catch {
      return null;  // a browser that keeps nothing: the choice lasts until the page is left
    }
  };
  const use = (wanted) => {
    chosen = SCHEMES.includes(wanted) ? wanted : "system";
    document.documentElement.style.setProperty("--scheme", chosen === "system" ? "light dark" : chosen);
    for (const list of Object.values(lists)) {
      list.dispatchEvent(new MediaQueryListEvent("change", { media: list.media, matches: list.matches }));
    }
  };

  for (const [scheme, list] of Object.entries(lists)) {
    Object.defineProperty(list, "matches", { get: () => (chosen === "system" ? system.call(list) : chosen === scheme) });
  }
  window.matchMedia = (query) => lists[QUERY.exec(query)?.[1]] ?? ask(query);
  store((kept) => kept.removeItem(`stActiveTheme-${location.pathname}-v2`));  // Streamlit's own would come first
  use(store((kept) => kept.getItem(KEY)));
  window.playgroundTheme = {
    get chosen() {
      return chosen;
    },
    choose(wanted) {
      store((kept) => kept.setItem(KEY, wanted));
      use(wanted);
    },
  };
})();
