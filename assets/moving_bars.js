// Bars that change with an answer grow and shrink to their new length, unless somebody prefers no motion. Streamlit puts
// new bars in place of the old ones, so each starts from the length that a bar of its list and label had, or its place.
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const HOW = { duration: 250, easing: "ease-out" };

export default function () {
  const known = new Map(); // of each list, by its name: its element, and the labels and lengths of its bars
  const move = () => {
    const met = {};
    for (const list of document.querySelectorAll(".pg-bars")) {
      const what = `${list.closest("[class*=st-key-figure-]")?.className} ${list.ariaLabel}`;
      const name = `${what} ${(met[what] = (met[what] ?? 0) + 1)}`, before = known.get(name);
      if (before?.list === list) continue;
      const rows = [...list.children], labels = rows.map((row) => row.querySelector(".pg-bar-label").textContent);
      const bars = rows.map((row) => row.querySelector(".pg-track i")), lengths = bars.map((bar) => bar.style.width);
      bars.forEach((bar, n) => {
        const gone = before && !labels.includes(before.labels[n]) ? n : -1; // the bar that this one replaces
        const from = before?.lengths[before.labels.includes(labels[n]) ? before.labels.indexOf(labels[n]) : gone] ?? "0%";
        if (before && from !== lengths[n] && !STILL.matches) bar.animate([{ width: from }, { width: lengths[n] }], HOW);
      });
      known.set(name, { list, labels, lengths });
    }
  };
  const watch = new MutationObserver(move);
  watch.observe(document.body, { childList: true, subtree: true });
  move();
  return () => watch.disconnect();
}
