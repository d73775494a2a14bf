// What the browser adds to a live page: pausing, and saying whether the page is live.
// What it shows comes from the server; without this file everything but live news works.
(() => {
  const live = document.getElementById("live");
  const pause = document.getElementById("pause");
  const liveness = document.getElementById("liveness");
  const word = document.getElementById("live-word");
  const words = { live: "Live", paused: "Paused", lost: "Connection lost, trying again" };
  let connected = false;
  let resume = null;
  let position = null;

  function show() {
    const state = resume ? "paused" : connected ? "live" : "lost";
    liveness.dataset.live = state;
    word.textContent = words[state];
    pause.textContent = resume ? "Resume" : "Pause";
    pause.setAttribute("aria-pressed", String(Boolean(resume)));
  }

  function toggle() {
    if (resume) {
      resume.release();
      resume = null;
    } else {
      let release;
      const released = new Promise((resolve) => (release = resolve));
      resume = { release, released };
    }
    show();
  }

  // A paused page leaves messages unread. The server drops it in time; on resuming, the stream goes
  // on from the last message shown.
  live.addEventListener("htmx:sse:before:message", (event) => {
    if (resume) event.detail.waitUntil(resume.released);
  });
  live.addEventListener("htmx:sse:after:message", (event) => {
    position = event.detail.message.id;
  });
  live.addEventListener("htmx:sse:after:connection", () => {
    connected = true;
    show();
  });
  for (const name of ["htmx:sse:error", "htmx:sse:close", "htmx:error"]) {
    live.addEventListener(name, () => {
      connected = false;
      show();
    });
  }
  live.addEventListener("htmx:sse:before:connection", (event) => {
    connected = event.detail.connection.attempt === 0;
    show();
  });

  // The extension reconnects by itself once a stream was there; this is for when none ever was.
  setInterval(() => {
    if (connected || resume || live._htmx?.sse) return;
    const url = new URL(live.getAttribute("hx-sse:connect"), location);
    if (position) url.searchParams.set("after", position);
    live.setAttribute("hx-sse:connect", url.pathname + url.search);
    htmx.process(live, true);
  }, 5000);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key !== "p") return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    toggle();
    event.preventDefault();
  });

  pause.hidden = false;
  pause.addEventListener("click", toggle);
})();
