// The tabs, as https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ has them: arrows move, the address keeps the place.
const tabs = [...element.querySelectorAll("[role=tab]")];
element.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) window.casechat.show(tab.dataset.tab);
});
element.addEventListener("keydown", (event) => {
  const at = tabs.indexOf(event.target);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (at < 0 || !step) return;
  const to = tabs[(at + step + tabs.length) % tabs.length];
  to.focus();
  window.casechat.show(to.dataset.tab);
});
const named = location.hash.slice(1);
setTimeout(() => window.casechat.show(tabs.some((tab) => tab.dataset.tab === named) ? named : "chat"), 0);
