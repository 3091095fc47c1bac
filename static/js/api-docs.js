// Swagger UI has a dark theme, by a class of its own: it follows the theme of the page.
const page = document.documentElement;
const followTheme = () => page.classList.toggle("dark-mode", page.dataset.bsTheme === "dark");
new MutationObserver(followTheme).observe(page, { attributeFilter: ["data-bs-theme"] });
followTheme();
