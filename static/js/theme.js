// Theme of the page: the system's, until the reader chooses the other theme. Loaded before the stylesheets,
// so that nothing flashes.
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");
const system = () => (systemIsDark.matches ? "dark" : "light");
const chosen = () => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // storage is blocked: the system decides
  }
};
const applyTheme = () => {
  const theme = chosen() ?? system();
  document.documentElement.dataset.bsTheme = theme;
  document.querySelector("[data-theme-switch]")?.setAttribute("aria-pressed", String(theme === "dark"));
};
applyTheme();
systemIsDark.addEventListener("change", applyTheme);
window.addEventListener("storage", applyTheme); // chosen in another tab
// Print in the light theme.
window.addEventListener("beforeprint", () => (document.documentElement.dataset.bsTheme = "light"));
window.addEventListener("afterprint", applyTheme);

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-theme-switch]");
  button.hidden = false;
  applyTheme();
  button.addEventListener("click", () => {
    const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      // If the reader chooses the system's theme, the page follows the system again.
      if (theme === system()) localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
      applyTheme();
    } catch {
      document.documentElement.dataset.bsTheme = theme; // for this page only
    }
  });
});
