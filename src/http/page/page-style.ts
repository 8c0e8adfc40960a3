/** The page's style sheet: the system's own colours, so light and dark are the reader's choice. */
export const pageStyle = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 25%, transparent); --accent: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem; }
header, form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; }
h1 { font-size: 1.4rem; margin: 0 auto 0 0; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
label { display: grid; font-size: .8rem; gap: .15rem; }
label.wide { flex: 1 1 16rem; }
input, select, button { font: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .3rem; background: Field; color: FieldText; }
button { cursor: pointer; background: ButtonFace; color: ButtonText; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; vertical-align: top; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1.5rem; }
.plot { color: var(--accent); margin: 0; }
.plot svg { width: 100%; height: auto; display: block; }
figcaption { color: CanvasText; font-size: .85rem; }
ol { padding-left: 1.6rem; margin: .25rem 0; }
li { margin-bottom: .4rem; overflow-wrap: anywhere; }
small, .quiet { opacity: .75; }
#said { min-height: 1.5em; margin: .75rem 0 0; }
.scroll { overflow-x: auto; }
`;
