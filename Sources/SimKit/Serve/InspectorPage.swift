/// The inspector's page: one file without any other resource, a literal because a static executable has no bundle.
enum InspectorPage {
    static let html = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>shim-sim</title>
        <link rel="icon" href="data:,">
        <style>
        :root { color-scheme: light dark; --line: #8884; --dim: #777; --cold: #d9822b; --run: #2b7bd9; --wait: #9995;
          --bad: #c92a2a; --good: #2b8a3e; --card: #8881; }
        * { box-sizing: border-box; }
        body { font: 14px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1180px; padding: 16px 20px 40px; }
        header { display: flex; align-items: baseline; gap: 12px; margin-bottom: 12px; }
        h1 { font-size: 20px; margin: 0; } h2 { font-size: 14px; margin: 0 0 8px; }
        .dim { color: var(--dim); }
        main { display: grid; grid-template-columns: minmax(320px, 5fr) 7fr; gap: 16px; }
        section { border: 1px solid var(--line); border-radius: 8px; padding: 12px; margin-bottom: 16px; min-width: 0; }
        label { display: block; margin: 0 0 4px; color: var(--dim); }
        .row { display: flex; gap: 8px; margin-bottom: 8px; flex-wrap: wrap; }
        .row > div { flex: 1; min-width: 120px; }
        select, textarea, button { font: inherit; width: 100%; padding: 6px 8px; border: 1px solid var(--line);
          border-radius: 6px; background: transparent; color: inherit; }
        option { color: black; background: white; }
        textarea, pre { font: 12px/1.45 ui-monospace, monospace; }
        textarea { height: 220px; resize: vertical; }
        button { background: var(--run); color: white; border: 0; cursor: pointer; font-weight: 600; }
        button:disabled { opacity: .5; cursor: default; }
        pre { margin: 0; padding: 8px; background: var(--card); border-radius: 6px; overflow: auto; max-height: 260px;
          white-space: pre-wrap; overflow-wrap: anywhere; min-height: 34px; }
        table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: 3px 8px 3px 0; font-weight: 400; }
        th { color: var(--dim); } tbody tr { cursor: pointer; } tbody tr:hover, tr.chosen { background: var(--card); }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
        .bad { color: var(--bad); } .good { color: var(--good); }
        .scroll { max-height: 300px; overflow: auto; }
        svg { display: block; width: 100%; } svg text { fill: currentColor; font: 11px system-ui, sans-serif; }
        .key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin: 0 4px 0 10px; }
        @media (max-width: 800px) { main { grid-template-columns: 1fr; } }
        </style>
        </head>
        <body>
        <header><h1>shim-sim</h1><span class="dim" id="summary" aria-live="polite"></span></header>
        <main>
        <div>
          <section>
            <h2>Send an event</h2>
            <div class="row">
              <div><label for="function">Function</label><select id="function"></select></div>
              <div><label for="sample">Sample</label><select id="sample"><option value="">own event</option></select></div>
              <div><label for="kind">Type</label><select id="kind"><option>RequestResponse</option><option>Event</option>
                <option>DryRun</option></select></div>
            </div>
            <label for="event">Event</label><textarea id="event" spellcheck="false">{}</textarea>
            <div class="row"><button id="send">Invoke</button></div>
            <label for="answer">Answer <span id="status"></span></label><pre id="answer" tabindex="0"></pre>
          </section>
          <section><h2>Environments</h2><div id="environments" class="dim">none yet</div></section>
        </div>
        <div>
          <section>
            <h2>Last 100 durations <span class="key" style="background:var(--cold)"></span>cold
              <span class="key" style="background:var(--run)"></span>warm
              <span class="key" style="background:var(--bad)"></span>failed</h2>
            <div id="chart" class="dim">no invocations yet</div>
          </section>
          <section>
            <h2>Invocations</h2>
            <div class="scroll"><table><thead><tr><th>Time</th><th>Function</th><th>Status</th><th class="number">Init</th>
              <th class="number">Duration</th><th class="number">Memory</th></tr></thead><tbody id="list"></tbody></table></div>
          </section>
          <section>
            <h2>Time line and log <span class="dim" id="chosen"></span></h2>
            <div id="line"></div><pre id="log" tabindex="0"></pre>
          </section>
        </div>
        </main>
        <script>
        'use strict';
        const $ = id => document.getElementById(id);
        const NS = 'http://www.w3.org/2000/svg';
        let state = null, chosen = null, seen = '';
        function el(name, attributes, ...children) {
          const node = document.createElement(name);
          for (const key in attributes || {}) node[key] = attributes[key];
          node.append(...children);
          return node;
        }
        function svg(name, attributes, text) {
          const node = document.createElementNS(NS, name);
          for (const key in attributes) node.setAttribute(key, attributes[key]);
          if (text !== undefined) node.textContent = text;
          return node;
        }
        const ms = value => value === undefined ? '' : value >= 1000 ? (value / 1000).toFixed(2) + ' s' : value.toFixed(1) + ' ms';
        const color = item => item.status !== 'success' ? 'var(--bad)' : item.initMs === undefined ? 'var(--run)' : 'var(--cold)';
        function invocations() {
          return state.functions.flatMap(f => f.invocations.map(i => ({ name: f.name, ...i })))
            .sort((a, b) => a.start - b.start).slice(-100);
        }
        function draw() {
          const items = invocations();
          const busy = state.functions.reduce((n, f) => n + f.environments.length, 0);
          $('summary').textContent = state.functions.length + ' function' + (state.functions.length === 1 ? '' : 's') + ', ' +
            busy + ' environment' + (busy === 1 ? '' : 's') + (state.queuedEvents ? ', ' + state.queuedEvents + ' queued' : '');
          const names = state.functions.map(f => f.name);
          if ($('function').options.length !== names.length) $('function').replaceChildren(...names.map(n => el('option', {}, n)));
          const environments = state.functions.flatMap(f => f.environments.map(e =>
            el('div', {}, f.name + ' ', el('b', {}, e.state), ' ', el('span', { className: 'dim' }, e.name))));
          $('environments').replaceChildren(...(environments.length ? environments : ['none yet']));
          drawChart(items);
          $('list').replaceChildren(...items.slice().reverse().map(item => {
            const row = el('tr', { className: item.requestId === chosen ? 'chosen' : '', tabIndex: 0 },
              el('td', {}, new Date(item.start).toLocaleTimeString()), el('td', {}, item.name),
              el('td', { className: item.status === 'success' ? 'good' : 'bad' }, item.errorType || item.status),
              el('td', { className: 'number' }, ms(item.initMs)), el('td', { className: 'number' }, ms(item.durationMs)),
              el('td', { className: 'number' }, item.memoryMB + ' MB'));
            row.dataset.id = item.requestId;
            row.onclick = () => choose(item.requestId);
            row.onkeydown = e => { if (e.key === 'Enter') choose(item.requestId); };
            return row;
          }));
          drawLine(items.find(item => item.requestId === chosen) || items[items.length - 1]);
        }
        function drawChart(items) {
          if (!items.length) return;
          const width = 640, height = 140, bar = width / 100;
          const top = Math.max(...items.map(i => i.durationMs + (i.initMs || 0)), 1);
          const root = svg('svg', { viewBox: `0 0 ${width} ${height + 16}`, role: 'img', 'aria-label': 'durations' });
          root.append(svg('text', { x: 0, y: 11 }, ms(top)));
          items.forEach((item, index) => {
            const total = item.durationMs + (item.initMs || 0), size = Math.max(2, (height - 16) * total / top);
            const rect = svg('rect', { x: index * bar + 0.5, y: height - size, width: bar - 1, height: size, fill: color(item),
              'data-cold': item.initMs !== undefined });
            rect.append(svg('title', {}, `${item.name} ${ms(total)}${item.initMs === undefined ? '' : ' cold'}`));
            rect.onclick = () => choose(item.requestId);
            root.append(rect);
          });
          root.append(svg('line', { x1: 0, x2: width, y1: height, y2: height, stroke: 'var(--line)' }));
          $('chart').replaceChildren(root);
        }
        function drawLine(item) {
          $('chosen').textContent = item ? item.requestId : '';
          $('log').textContent = item ? item.log : '';
          if (!item) return $('line').replaceChildren();
          const parts = [['wait', Math.max(0, item.waitedMs - (item.initMs || 0)), 'var(--wait)'],
            ['init', item.initMs || 0, 'var(--cold)'], ['run', item.durationMs, color({ ...item, initMs: undefined })]];
          const total = parts.reduce((sum, part) => sum + part[1], 0) || 1, width = 640;
          const root = svg('svg', { viewBox: `0 0 ${width} 40`, role: 'img', 'aria-label': 'time line' });
          let x = 0;
          for (const [name, length, fill] of parts) {
            const size = width * length / total;
            if (!size) continue;
            const rect = svg('rect', { x, y: 0, width: Math.max(1, size), height: 18, fill, 'data-part': name });
            rect.append(svg('title', {}, `${name} ${ms(length)}`));
            root.append(rect);
            if (size > 70) root.append(svg('text', { x: x + 2, y: 33 }, `${name} ${ms(length)}`));
            x += size;
          }
          $('line').replaceChildren(root);
        }
        function choose(id) { chosen = id; draw(); }
        async function refresh() {
          try {
            const text = await (await fetch('/_/state')).text();
            if (text !== seen) { seen = text; state = JSON.parse(text); draw(); }
          } catch { $('summary').textContent = 'shim-sim does not answer'; }
        }
        async function send() {
          $('send').disabled = true;
          $('status').textContent = '';
          try {
            const answer = await fetch(`/2015-03-31/functions/${encodeURIComponent($('function').value)}/invocations`, {
              method: 'POST', body: $('event').value,
              headers: { 'X-Amz-Invocation-Type': $('kind').value, 'X-Amz-Log-Type': 'Tail' } });
            const text = await answer.text();
            const failed = answer.headers.get('X-Amz-Function-Error') || !answer.ok;
            $('status').textContent = answer.status + (failed ? ' ' + (answer.headers.get('x-amzn-ErrorType') || 'Unhandled') : '');
            $('status').className = failed ? 'bad' : 'good';
            let shown = text;
            try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { }
            $('answer').textContent = shown;
            if (answer.ok) chosen = answer.headers.get('x-amzn-RequestId');
            await refresh();
          } catch (error) { $('answer').textContent = String(error); }
          $('send').disabled = false;
        }
        $('send').onclick = send;
        $('event').onkeydown = e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) send(); };
        fetch('/_/events').then(answer => answer.json()).then(events => {
          $('sample').append(...Object.keys(events).map(name => el('option', {}, name)));
          $('sample').onchange = () => { if ($('sample').value) $('event').value = JSON.stringify(events[$('sample').value], null, 2); };
        });
        refresh();
        setInterval(refresh, 1000);
        </script>
        </body>
        </html>
        """#
}
