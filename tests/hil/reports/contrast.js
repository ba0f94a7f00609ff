// Every element with text of its own: its colours as computed, and WCAG 2.2's contrast ratio between them.
() => {
  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || element.closest("metadata, style")) continue;
    const style = getComputedStyle(element);
    const inPicture = element instanceof SVGElement;
    const [dark, light] = [luminance(rgb(inPicture ? style.fill : style.color)), luminance(behind(element))].sort((a, b) => a - b);
    found.push({ text: element.textContent.trim().slice(0, 40), inPicture, white: style.fill === "rgb(255, 255, 255)",
                 ratio: (light + 0.05) / (dark + 0.05) });
  }
  return found;
}
