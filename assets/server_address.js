// Runs before Streamlit, in the head of every page but Home: the server is where the page's own part of the address begins,
// whatever a proxy puts before it.
(() => {
  const page = "/PAGE", path = location.pathname.replace(/\/+$/, "");
  if (path.endsWith(page)) window.__streamlit = { BACKEND_BASE_URL: `${location.origin}${path.slice(0, -page.length)}/` };
})();
