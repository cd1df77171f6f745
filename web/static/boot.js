// Runs before the first paint: the theme somebody chose on this device, so that no page flashes in the other one.
try {
  const theme = localStorage.getItem('muster-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be closed to us; the system's theme is a good answer then.
}
