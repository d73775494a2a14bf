// Keys of every page: ? shows them all, g and a letter goes to a page of the header.
(() => {
  const GO_WITHIN_MS = 1500;
  const help = document.getElementById("help");
  const opener = document.getElementById("show-help");
  let goingUntil = 0;

  function go(key) {
    goingUntil = 0;
    document.querySelector(`.places a[data-go="${CSS.escape(key)}"]`)?.click();
  }

  function handled(event) {
    if (help.open) {
      if (event.key === "?") help.close();
    } else if (event.key === "?") help.showModal();
    else if (event.timeStamp < goingUntil) go(event.key);
    else if (event.key === "g") goingUntil = event.timeStamp + GO_WITHIN_MS;
    else return false;
    return true;
  }

  // Loaded before the other scripts, so that a letter after g is nobody else's.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "Shift" || !handled(event)) return;
    if (help.open && event.key !== "?") {
      event.stopImmediatePropagation();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  });

  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
})();
