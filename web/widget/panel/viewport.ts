// Phones lay their keyboard over a page without telling its layout; the panel is only as high as what can be seen.

export function followViewport(): void {
  const { visualViewport } = window;
  const follow = () => {
    if (visualViewport?.scale !== 1) return;
    document.documentElement.style.setProperty('--height', `${visualViewport.height}px`);
    // Safari scrolls the page to show the field, which is already in sight.
    scrollTo(0, 0);
  };
  visualViewport?.addEventListener('resize', follow);
}
