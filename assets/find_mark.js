// A text that is too long for its box opens at what is marked in it. Only the box scrolls, never the page.
export default function () {
  const seen = new WeakSet();
  const find = () => {
    for (const text of document.querySelectorAll(".pg-text.found")) {
      if (seen.has(text)) continue;
      seen.add(text);
      const [box, mark] = [text, text.querySelector("mark")].map((one) => one?.getBoundingClientRect());
      if (mark) text.scrollTop += mark.top - box.top - (box.height - mark.height) / 2;
    }
  };
  const watch = new MutationObserver(find);
  watch.observe(document.body, { childList: true, subtree: true });
  find();
  return () => watch.disconnect();
}
