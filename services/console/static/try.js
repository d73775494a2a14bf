// The text of a file into the form, which is sent as any pasted text is.
(() => {
  const upload = document.getElementById("upload");
  const chosen = upload.querySelector("input");
  upload.hidden = false;
  chosen.addEventListener("change", async () => {
    if (chosen.files.length) document.getElementById("text").value = await chosen.files[0].text();
  });
})();
