/** Colours reach a contrast of 7 to 1 on their background, in light and in dark. */
export const styleSheet = `
:root { color-scheme: light dark; --text: #1a1a1a; --page: #fff; --line: #767676; --good: #00521f; --bad: #8a0000; --link: #003d99; }
@media (prefers-color-scheme: dark) {
  :root { --text: #f0f0f0; --page: #151515; --line: #8a8a8a; --good: #7ee0a1; --bad: #ffb3b3; --link: #a8c8ff; }
}
body { margin: 0; color: var(--text); background: var(--page); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 75rem; margin: 0 auto; padding: 1rem; }
a { color: var(--link); }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
table.counts { width: auto; }
caption { text-align: left; font-weight: bold; padding: 0.25rem 0; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
tbody th { font-weight: normal; }
.counts td { text-align: right; }
.title { font-size: 0.875rem; }
.pass { color: var(--good); }
.fail, .error { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { border: 1px solid var(--line); padding: 0.5rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
section { border-top: 1px solid var(--line); }
`;
