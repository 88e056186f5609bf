/** What the pages of accounts and conversations add to the common style. */
export const STYLE = `
h1 { margin: 4px 0 0; font-size: 20px; }
h2 { margin: 0; font-size: 18px; }
small, .handle, .handle a { color: #536471; font-size: 14px; }
.handle a, a.handle { color: #536471; }
header { position: sticky; top: 0; z-index: 1; padding: 8px 16px; background: #ffffffe6; }
.profile { padding: 0 16px 12px; border-bottom: 1px solid #eff3f4; }
.profile p { margin: 2px 0 8px; }
.profile .banner { height: 110px; margin: 0 -16px; background: #cfd9de; }
.profile .avatar { width: 84px; height: 84px; margin-top: -42px; border: 4px solid #fff; font-size: 34px; }
.suspended { color: #f4212e; font-weight: 700; }
.avatar { display: flex; align-items: center; justify-content: center; width: 40px; height: 40px;
  border-radius: 50%; color: #fff; font-weight: 700; font-size: 18px; }
.hue0 { background: #1d9bf0; } .hue1 { background: #7856ff; } .hue2 { background: #00ba7c; }
.hue3 { background: #ff7a00; } .hue4 { background: #f91880; } .hue5 { background: #536471; }
.thread { border-bottom: 1px solid #eff3f4; padding: 4px 0; }
article { display: grid; grid-template-columns: 40px minmax(0, 1fr); column-gap: 12px; padding: 8px 16px 0; }
article.marked { background: #f7f9f9; }
.side { display: flex; flex-direction: column; }
article.joined .side::after { content: ""; flex: 1; width: 2px; margin: 4px auto -4px; background: #cfd9de; }
.author { margin: 0; }
.text { margin: 2px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.tag { color: #1d9bf0; }
.metrics { display: flex; justify-content: space-between; max-width: 420px; margin: 8px 0 10px; padding: 0;
  list-style: none; color: #536471; font-size: 13px; }
.metrics li { display: flex; align-items: center; gap: 5px; min-width: 64px; }
.metrics svg { width: 17px; height: 17px; fill: none; stroke: currentColor; stroke-width: 1.5;
  stroke-linecap: round; stroke-linejoin: round; }
.unavailable { margin: 8px 16px; padding: 12px; border: 1px solid #eff3f4; border-radius: 12px;
  background: #f7f9f9; color: #536471; }
.gone { padding: 48px 32px; color: #536471; text-align: center; }
`;
