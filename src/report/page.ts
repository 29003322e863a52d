import { html, type Markup } from "./markup.ts";
import { style } from "./style.ts";

/**
 * Writes an HTML file that needs nothing else: no network, no fonts, no scripts. A policy in the page forbids anything
 * active.
 */
export function renderPage(title: string, header: Markup, main: Markup): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="generator" content="Gramian">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${header}
</header>
<main>
${main}
</main>
</body>
</html>
`;
  return page.markup;
}
