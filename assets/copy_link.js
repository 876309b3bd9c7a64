// A button that copies the address, with the texts in it that are too long to stand there all the time, and with what
// components add that Python does not hear of: they write parameters into `data-link` of an element around them.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");  // where the page came without encryption
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export default function ({ parentElement, data }) {
  const button = document.createElement("button");
  const icon = document.createElement("span");
  const label = document.createElement("span");
  icon.className = "icon";
  icon.textContent = "link";
  icon.setAttribute("aria-hidden", "true");
  const say = (text, name) => {
    label.textContent = text;
    button.setAttribute("aria-label", name);
  };
  say("Link", "Copy link");
  button.append(icon, label);
  button.onclick = async () => {
    const link = new URL(location.href);
    link.searchParams.delete(data.parameter);
    if (data.word) link.searchParams.set(data.parameter, data.word);
    for (const one of document.querySelectorAll("[data-link]")) {
      for (const [name, value] of Object.entries(JSON.parse(one.dataset.link))) link.searchParams.set(name, value);
    }
    try {
      await copy(link.href);
    } catch {
      return void prompt("Copy this link", link.href);
    }
    say("Copied", "Link copied");
    setTimeout(() => say("Link", "Copy link"), 2000);
  };
  parentElement.querySelector(".buttons").replaceChildren(button);
}
