/** The look that all pages share: colours, type, and the pieces that more than one of them uses. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f3f4f1;
  --ink: #1c1f1b;
  --muted: #5c635b;
  --line: #d9dcd6;
  --card: #ffffff;
  --field: #ffffff;
  --field-line: #868d84;
  --accent: #067a41;
  --accent-ink: #ffffff;
  --focus: #0a66c2;
  --bad: #b3261e;
  --bad-page: #fdecea;
  --good-page: #e3f4ea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101210;
    --ink: #e9ece7;
    --muted: #a3aaa1;
    --line: #31352f;
    --card: #191c18;
    --field: #22261f;
    --field-line: #7d857a;
    --accent: #2fc57b;
    --accent-ink: #04160c;
    --focus: #7db8ff;
    --bad: #ff9a91;
    --bad-page: #35191a;
    --good-page: #12301f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100dvh;
  background: var(--page);
  color: var(--ink);
  font: 1rem/1.6 "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif;
  -webkit-text-size-adjust: 100%;
}
header, main {
  max-width: 30rem;
  margin: 0 auto;
  padding: 0 max(1rem, env(safe-area-inset-right)) 0 max(1rem, env(safe-area-inset-left));
}
header { padding-top: 1.5rem; }
main { padding-bottom: 3rem; }
.brand { margin: 0 0 1rem; color: var(--muted); font-size: 0.9375rem; }
h1 { margin: 0 0 0.75rem; font-size: 1.5rem; line-height: 1.3; }
p, li { text-wrap: pretty; }
.lead { margin: 0 0 1.25rem; color: var(--muted); }
.card {
  padding: 1.25rem;
  border: 1px solid var(--line);
  border-radius: 0.875rem;
  background: var(--card);
}
.problem, .good {
  margin: 0 0 1rem;
  padding: 0.75rem 1rem;
  border-radius: 0.625rem;
}
.problem { background: var(--bad-page); color: var(--bad); font-weight: 600; }
.good { background: var(--good-page); white-space: pre-line; }
label { display: block; margin: 0 0 0.375rem; font-weight: 600; }
input {
  display: block;
  width: 100%;
  min-height: 3rem;
  margin: 0 0 1.125rem;
  padding: 0.5rem 0.875rem;
  border: 1px solid var(--field-line);
  border-radius: 0.625rem;
  background: var(--field);
  color: inherit;
  font: inherit;
}
input[aria-invalid="true"] { border-color: var(--bad); }
button {
  display: block;
  width: 100%;
  min-height: 3rem;
  border: 1px solid transparent;
  border-radius: 0.625rem;
  background: var(--accent);
  color: var(--accent-ink);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button.second {
  margin-top: 0.75rem;
  border-color: var(--field-line);
  background: transparent;
  color: var(--ink);
  font-weight: 400;
}
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.heard {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.notes { margin: 1.25rem 0 0; padding: 0 0 0 1.125rem; color: var(--muted); font-size: 0.9375rem; }
.notes li { margin: 0.25rem 0; }
`
