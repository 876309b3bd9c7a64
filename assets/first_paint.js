// Draws the arcs, and takes the first paint away once the page itself has its answers, or something else to say.
const paint = document.getElementById("first-paint");
const stop = arcs({ parentElement: paint, data: JSON.parse(paint.querySelector("script").textContent) });
const THERE = ".st-key-home-line .pg-legend, .st-key-home-line .pg-callout, .pg-head, [data-testid='stException'], [role='dialog']";
const PATIENCE_MS = 60000; // then whatever Streamlit shows is to be seen

function clear() {
  stop();
  seen.disconnect();
  paint.remove();
}

const root = document.getElementById("root");
const seen = new MutationObserver(() => { if (root.querySelector(THERE)) document.fonts.ready.then(clear); }); // icons are words before
seen.observe(root, { childList: true, subtree: true });
setTimeout(clear, PATIENCE_MS);
