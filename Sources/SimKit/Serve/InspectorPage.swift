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
        header { display: flex; align-items: baseline; gap: 4px 12px; margin-bottom: 12px; flex-wrap: wrap; }
        h1 { font-size: 20px; margin: 0; } h2 { font-size: 14px; margin: 0 0 8px; }
        .dim { color: var(--dim); }
        main { display: grid; grid-template-columns: minmax(320px, 5fr) 7fr; gap: 16px; }
        main > div { min-width: 0; } h2, #environments, #chosen { overflow-wrap: anywhere; }
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
        canvas { display: block; width: 100%; height: 180px; }
        input { font: inherit; padding: 4px 8px; border: 1px solid var(--line); border-radius: 6px; background: transparent;
          color: inherit; width: 100%; }
        .small { width: auto; padding: 2px 8px; font-size: 12px; }
        #live { height: 200px; max-height: 200px; }
        .parts span { white-space: nowrap; margin-right: 12px; } .parts .key { margin-left: 0; }
        td, th { white-space: nowrap; }
        .key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin: 0 4px 0 10px; }
        @media (max-width: 800px) { main { grid-template-columns: minmax(0, 1fr); } body { padding: 12px 10px 40px; } }
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
          <section>
            <h2>Live log</h2>
            <div class="row"><input id="filter" placeholder="filter: text, or /pattern/" aria-label="filter of the log"></div>
            <pre id="live" tabindex="0"></pre>
          </section>
          <section><h2>Environments</h2><div id="environments" class="dim">none yet</div></section>
        </div>
        <div>
          <section>
            <h2>Environments over time <span class="key" style="background:var(--cold)"></span>init
              <span class="key" style="background:var(--run)"></span>run
              <span class="key" style="background:var(--bad)"></span>failed
              <span class="key" style="background:var(--wait)"></span>idle</h2>
            <div class="row"><select id="window" class="small" aria-label="window"><option value="10000">10 s</option>
              <option value="60000" selected>1 min</option><option value="600000">10 min</option>
              <option value="3600000">1 h</option></select> <span class="dim" id="percentiles"></span></div>
            <canvas id="lanes" height="180" role="img" aria-label="environments over time"></canvas>
          </section>
          <section>
            <h2>Last 100 durations <span class="key" style="background:var(--cold)"></span>cold
              <span class="key" style="background:var(--run)"></span>warm
              <span class="parts"><span><span class="key" style="background:var(--bad)"></span>failed</span></span></h2>
            <div id="chart" class="dim">no invocations yet</div>
          </section>
          <section>
            <h2>Invocations</h2>
            <div class="scroll"><table><thead><tr><th>Time</th><th>Function</th><th>Status</th><th class="number">Init</th>
              <th class="number">Duration</th><th class="number">Memory</th></tr></thead><tbody id="list"></tbody></table></div>
          </section>
          <section>
            <h2>Time line and log <span class="dim" id="chosen"></span>
              <button id="again" class="small" disabled>Send again</button></h2>
            <div id="line"></div><pre id="log" tabindex="0"></pre>
          </section>
        </div>
        </main>
        <script>
        'use strict';
        const $ = id => document.getElementById(id);
        const NS = 'http://www.w3.org/2000/svg';
        // Calls and lines come once; the page keeps as many as the server does.
        const MOST = 10000, LINES = 2000;
        let state = null, chosen = null, shown = null, calls = [], lines = [], lastCall = 0, lastLine = 0;
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
        function invocations() { return calls.slice(-100); }
        function quantile(sorted, part) { return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)]; }
        function drawPercentiles() {
          const from = Date.now() - Number($('window').value);
          const durations = [];
          for (let i = calls.length - 1; i >= 0 && calls[i].start >= from; i--) durations.push(calls[i].durationMs);
          durations.sort((a, b) => a - b);
          $('percentiles').textContent = !durations.length ? '' : durations.length + ' calls, ' +
            [['p50', .5], ['p90', .9], ['p99', .99], ['max', 1]].map(([name, part]) => name + ' ' + ms(quantile(durations, part))).join(', ');
        }
        // One lane for each environment that was seen in the window. The calls are drawn once, when there are new ones, into a
        // picture that then only moves to the left: what a frame costs does not depend on how many there are.
        const palette = {};
        function paint(name) {
          return palette[name] = palette[name] || getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
        }
        const picture = document.createElement('canvas');
        let drawn = null;
        function drawLanes() {
          const canvas = $('lanes'), scale = window.devicePixelRatio || 1, width = canvas.clientWidth, height = 180;
          const span = Number($('window').value), now = Date.now(), from = now - span, lanes = new Map(), first = [], last = [];
          const visible = [];
          for (let i = calls.length - 1; i >= 0; i--) {
            const call = calls[i], end = call.start + call.durationMs;
            if (end < from && call.start < from - 60000) break;
            if (end < from) continue;
            if (!lanes.has(call.environment)) { last.push(call); lanes.set(call.environment, lanes.size); }
            first[lanes.get(call.environment)] = call;
            visible.push(call);
          }
          for (const each of [canvas, picture]) {
            if (each.width !== Math.round(width * scale)) { each.width = Math.round(width * scale); each.height = height * scale; }
          }
          const g = picture.getContext('2d');
          g.setTransform(scale, 0, 0, scale, 0, 0);
          g.clearRect(0, 0, width, height);
          const size = Math.max(2, Math.min(18, (height - 14) / Math.max(1, lanes.size))), x = time => (time - from) / span * width;
          const alive = new Set(state ? state.functions.flatMap(f => f.environments.map(e => e.name)) : []);
          const tails = [];
          g.fillStyle = paint('wait');
          g.globalAlpha = .35;
          for (const [environment, lane] of lanes) {
            const begin = Math.max(0, x(first[lane].start - (first[lane].initMs || 0)));
            const end = alive.has(environment) ? width : x(last[lane].start + last[lane].durationMs);
            const top = lane * size + size * .35, tall = Math.max(1, size * .3);
            if (alive.has(environment)) tails.push([top, tall]);
            g.fillRect(begin, top, end - begin, tall);
          }
          g.globalAlpha = 1;
          // Each colour in one path; what would fall on the same pixels as its neighbour is left out.
          for (const [name, wanted] of [['cold', call => call.initMs], ['run', call => call.status === 'success'],
            ['bad', call => call.status !== 'success']]) {
            const seen = [];
            g.fillStyle = paint(name);
            g.beginPath();
            for (const call of visible) {
              if (!wanted(call)) continue;
              const lane = lanes.get(call.environment), wide = Math.max(1, (name === 'cold' ? call.initMs : call.durationMs) / span * width);
              const begin = x(call.start) - (name === 'cold' ? wide : 0);
              if (wide === 1 && Math.abs(seen[lane] - begin) < .5) continue;
              seen[lane] = begin;
              g.rect(begin, lane * size, wide, size - 1);
            }
            g.fill();
          }
          drawn = { now, span, width, height, scale, tails, lanes: lanes.size, moved: -1 };
        }
        function moveLanes() {
          if (!drawn) return;
          const { span, width, height, scale, tails, lanes } = drawn;
          const moved = Math.round((Date.now() - drawn.now) / span * width * scale);
          if (moved === drawn.moved) return;
          drawn.moved = moved;
          const canvas = $('lanes'), g = canvas.getContext('2d'), edge = width - moved / scale;
          g.setTransform(1, 0, 0, 1, 0, 0);
          g.clearRect(0, 0, canvas.width, canvas.height);
          if (moved < canvas.width) g.drawImage(picture, -moved, 0);
          g.setTransform(scale, 0, 0, scale, 0, 0);
          g.fillStyle = paint('wait');
          g.globalAlpha = .35;
          for (const [top, tall] of tails) g.fillRect(edge, top, width - edge, tall);
          g.globalAlpha = 1;
          g.fillStyle = getComputedStyle(canvas).color;
          g.font = '11px system-ui, sans-serif';
          g.fillText(lanes + ' environment' + (lanes === 1 ? '' : 's'), 0, height - 2);
        }
        // What has to be drawn anew takes turns, one part a frame, so that none of them takes longer than one.
        const due = new Set();
        function frame() {
          for (const part of due) { due.delete(part); part(); break; }
          moveLanes();
          requestAnimationFrame(frame);
        }
        function drawLive() {
          const text = $('filter').value, pre = $('live');
          let fits = line => line.includes(text);
          if (text.length > 2 && text.startsWith('/') && text.endsWith('/')) {
            try { const pattern = new RegExp(text.slice(1, -1)); fits = line => pattern.test(line); } catch { }
          }
          const follows = pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 20;
          pre.textContent = lines.map(line => (line.function ? line.function + ' | ' : '') + line.text).filter(fits).slice(-500).join('\n');
          if (follows) pre.scrollTop = pre.scrollHeight;
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
          due.add(drawChart).add(drawList);
          drawLine(items.find(item => item.requestId === chosen) || items[items.length - 1]);
        }
        function drawList() {
          $('list').replaceChildren(...invocations().reverse().map(item => {
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
        }
        function drawChart() {
          const items = invocations();
          if (!items.length) return;
          const width = Math.max(200, $('chart').clientWidth), height = 140, bar = width / 100;
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
          $('again').disabled = !item;
          showLog(item);
          if (!item) return $('line').replaceChildren();
          const parts = [['wait', Math.max(0, item.waitedMs - (item.initMs || 0)), 'var(--wait)'],
            ['init', item.initMs || 0, 'var(--cold)'], ['run', item.durationMs, color({ ...item, initMs: undefined })]];
          const total = parts.reduce((sum, part) => sum + part[1], 0) || 1, width = Math.max(200, $('line').clientWidth);
          const root = svg('svg', { viewBox: `0 0 ${width} 18`, role: 'img', 'aria-label': 'time line' });
          const labels = el('div', { className: 'parts' });
          let x = 0;
          for (const [name, length, fill] of parts) {
            const size = width * length / total;
            if (!size) continue;
            const rect = svg('rect', { x, y: 0, width: Math.max(1, size), height: 18, fill, 'data-part': name });
            rect.append(svg('title', {}, `${name} ${ms(length)}`));
            root.append(rect);
            const key = el('span', { className: 'key' });
            key.style.background = fill;
            labels.append(el('span', {}, key, `${name} ${ms(length)}`));
            x += size;
          }
          $('line').replaceChildren(root, labels);
        }
        function choose(id) { chosen = id; draw(); }
        async function showLog(item) {
          const id = item ? item.requestId : null;
          if (shown && shown.id === id) return;
          shown = { id, call: null };
          if (!id) { $('log').textContent = ''; return; }
          const own = shown;
          try {
            const answer = await fetch('/_/call?id=' + encodeURIComponent(id));
            own.call = answer.ok ? await answer.json() : null;
          } catch { }
          if (shown === own) $('log').textContent = own.call ? own.call.log : '';
        }
        async function again() {
          if (!shown || !shown.call) return;
          $('function').value = shown.call.function;
          $('event').value = shown.call.event;
          await send();
        }
        async function refresh() {
          try {
            const fresh = await (await fetch('/_/state?call=' + lastCall + '&line=' + lastLine)).json();
            const text = JSON.stringify([fresh.functions, fresh.queuedEvents]);
            const differs = fresh.invocations.length || !state || state.text !== text;
            state = { ...fresh, text };
            for (const call of fresh.invocations) if (call.number > lastCall) { calls.push(call); lastCall = call.number; }
            const before = lastLine;
            for (const line of fresh.lines) if (line.number > before) { lines.push(line); lastLine = line.number; }
            if (calls.length > MOST) calls = calls.slice(-MOST);
            if (lines.length > LINES) lines = lines.slice(-LINES);
            if (differs) draw();
            if (fresh.lines.length) due.add(drawLive);
            due.add(drawLanes).add(drawPercentiles);
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
        $('again').onclick = again;
        $('filter').oninput = drawLive;
        $('window').onchange = () => due.add(drawLanes).add(drawPercentiles);
        requestAnimationFrame(frame);
        $('event').onkeydown = e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) send(); };
        fetch('/_/events').then(answer => answer.json()).then(events => {
          $('sample').append(...Object.keys(events).map(name => el('option', {}, name)));
          $('sample').onchange = () => { if ($('sample').value) $('event').value = JSON.stringify(events[$('sample').value], null, 2); };
        });
        refresh();
        setInterval(refresh, 1000);
        onresize = () => { if (state) draw(); due.add(drawLanes); };
        </script>
        </body>
        </html>
        """#
}
