/** The look of the timetable; colours of the frame are in `page-style.ts`. */
export const timetableStyle = `
header, main { max-width: 60rem; padding-left: 0.5rem; padding-right: 0.5rem; }
h2 { margin: 1.25rem 0 0; font-size: 1.0625rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; margin: 0.5rem 0; }
nav a { padding: 0.5rem 0; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; background: var(--card); }
th, td { border: 1px solid var(--line); padding: 2px; vertical-align: top; font-size: 0.75rem; line-height: 1.3; }
th { font-weight: 600; text-align: center; }
thead th:first-child { width: 2.75rem; }
.whole { white-space: nowrap; }
td { height: 3rem; }
small { display: block; font-size: 0.6875rem; font-weight: 400; color: var(--muted); }
th.today { background: var(--accent); color: var(--accent-ink); }
th.today small { color: inherit; }
td.today { background: var(--good-page); }
.class { height: 100%; padding: 4px 3px; border-radius: 6px; border-left: 3px solid currentColor; overflow-wrap: anywhere; }
.class + .class { margin-top: 2px; }
.class b, .class > span { display: block; color: var(--ink); }
.class b { font-weight: 600; }
.hint { margin: 0.25rem 0; color: var(--muted); font-size: 0.875rem; }
.colour0 { background: light-dark(#e1f0ff, #10283d); color: light-dark(#0a66c2, #7db8ff); }
.colour1 { background: light-dark(#e5f5e1, #17301a); color: light-dark(#2c7a2c, #7fd08a); }
.colour2 { background: light-dark(#fdeede, #3a2712); color: light-dark(#a85b00, #f0b46b); }
.colour3 { background: light-dark(#f4e7fb, #2e1c3a); color: light-dark(#7b33a8, #cf9cf0); }
.colour4 { background: light-dark(#fde7ec, #3b1a22); color: light-dark(#b3264f, #ff9ab3); }
.colour5 { background: light-dark(#dff4f3, #0f3130); color: light-dark(#0b7370, #6ad3cf); }
/* On a phone a column is as wide as two characters; the times stand at the left. */
@media (max-width: 40rem) {
  header, main { padding-left: 0.25rem; padding-right: 0.25rem; }
  header, main > h1, main > h2, main > nav, main > p, main > .hint { margin-left: 0.25rem; margin-right: 0.25rem; }
  thead th:first-child { width: 2.25rem; }
  th, td { padding: 1px; }
  .class { padding: 3px 1px 3px 2px; border-left-width: 2px; }
  .class small {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
}
`
