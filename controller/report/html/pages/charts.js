// Draws the three charts of the evidence pages on one time axis. Reads #chart-data (see chart_data.h); after drawing,
// each canvas carries data-ready with the number of points or bands it shows.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const LEFT = 112, RIGHT = 14;
  const COLOURS = {
    offered: "#16191d", ok: "#0b7a4b", failed: "#d1331f", ours: "#8b5fbf", p50: "#2b6cb0", p99: "#b35c00",
    phase: ["#dfe7f1", "#5b7694"], unmeasured: ["#f0f1f3", "#9aa2ac"],
    fault: ["#f8d9a8", "#a86400"], outage: ["#f3b4ad", "#b3251b"],
  };

  function bandsToShade() {
    return data.lanes.flatMap((lane) => lane.bands).filter((band) => band.kind === "fault" || band.kind === "outage");
  }

  // Outages and faults behind the curves, so that cause and effect stand above each other.
  const shading = {
    id: "shading",
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      ctx.save();
      for (const band of bandsToShade()) {
        const from = scales.x.getPixelForValue(band.from);
        const width = Math.max(scales.x.getPixelForValue(band.to) - from, 2);
        ctx.globalAlpha = band.kind === "outage" ? 0.42 : 0.3;
        ctx.fillStyle = COLOURS[band.kind][0];
        ctx.fillRect(from, chartArea.top, width, chartArea.height);
        ctx.globalAlpha = 0.8;
        ctx.strokeStyle = COLOURS[band.kind][1];
        ctx.setLineDash(band.kind === "fault" ? [4, 3] : []);
        ctx.beginPath();
        ctx.moveTo(from, chartArea.top);
        ctx.lineTo(from, chartArea.bottom);
        ctx.stroke();
      }
      ctx.restore();
    },
  };

  const LANE = 30;

  function shorten(ctx, text, width) {
    if (ctx.measureText(text).width <= width) return text;
    let cut = text;
    while (cut.length > 1 && ctx.measureText(cut + "…").width > width) cut = cut.slice(0, -1);
    return cut.length > 1 ? cut + "…" : "";
  }

  function drawBand(ctx, scale, band, top) {
    const [fill, edge] = COLOURS[band.kind];
    const from = scale.getPixelForValue(band.from);
    const width = Math.max(scale.getPixelForValue(band.to) - from, 3);
    ctx.fillStyle = fill;
    ctx.fillRect(from, top, width, LANE - 8);
    ctx.strokeStyle = edge;
    ctx.setLineDash(band.kind === "fault" ? [4, 3] : []);
    ctx.strokeRect(from + 0.5, top + 0.5, width - 1, LANE - 9);
    ctx.fillStyle = "#16191d";
    ctx.textAlign = "left";
    // A narrow band carries its label to its right, as far as the next band lets it.
    const inside = ctx.measureText(band.label).width <= width - 8 || width - 8 >= band.room;
    const room = inside ? width - 8 : band.room;
    ctx.fillText(shorten(ctx, band.label, room), inside ? from + 5 : from + width + 4, top + (LANE - 8) / 2);
  }

  function measureRoom(lane, scale) {
    lane.bands.forEach((band, i) => {
      const end = scale.getPixelForValue(band.to);
      const later = lane.bands.slice(i + 1).filter((other) => other.from >= band.from);
      const next = Math.min(scale.right, ...later.map((other) => scale.getPixelForValue(other.from)));
      band.room = Math.max(0, next - end - 8);
    });
  }

  const lanes = {
    id: "lanes",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      ctx.save();
      ctx.font = "12px system-ui, sans-serif";
      ctx.textBaseline = "middle";
      data.lanes.filter((lane) => lane.bands.length).forEach((lane, row) => {
        const top = chartArea.top + 4 + row * LANE;
        ctx.fillStyle = "#59616b";
        ctx.textAlign = "right";
        ctx.setLineDash([]);
        ctx.fillText(shorten(ctx, lane.name, LEFT - 12), chartArea.left - 8, top + (LANE - 8) / 2);
        measureRoom(lane, scales.x);
        lane.bands.forEach((band) => drawBand(ctx, scales.x, band, top));
      });
      ctx.restore();
    },
  };

  function axis() {
    return {
      type: "linear", min: data.start, max: data.end, grid: { color: "#edeff2" },
      ticks: { color: "#59616b", maxRotation: 0, callback: (value) => value + " s" },
    };
  }

  function scaleY(extra) {
    return Object.assign({ grid: { color: "#edeff2" }, ticks: { color: "#59616b" },
      afterFit: (scale) => { scale.width = LEFT; } }, extra);
  }

  function points(values) {
    return values.map((value, i) => ({ x: data.seconds[i] + data.width / 2, y: value }));
  }

  function line(label, colour, values, extra) {
    return Object.assign({ label, data: points(values), borderColor: colour, backgroundColor: colour, borderWidth: 1.8,
      pointRadius: values.length < 3 ? 3 : 0, tension: 0, spanGaps: false }, extra);
  }

  function options(y, legend) {
    return {
      animation: false, responsive: true, maintainAspectRatio: false, normalized: true, parsing: true,
      interaction: { mode: "index", intersect: false, axis: "x" }, layout: { padding: { right: RIGHT } },
      scales: { x: axis(), y },
      plugins: {
        legend: { display: legend, align: "start", labels: { usePointStyle: false, boxWidth: 22, boxHeight: 3, color: "#16191d" } },
        tooltip: { enabled: legend, callbacks: { title: (items) => (items.length ? items[0].parsed.x + " s" : "") } },
      },
    };
  }

  function draw(id, config, shown) {
    const canvas = document.getElementById(id);
    const ready = { id: "ready", afterDraw() { canvas.setAttribute("data-ready", String(shown)); } };
    config.plugins = (config.plugins || []).concat(ready);
    return new Chart(canvas, config);
  }

  function rateChart() {
    const sets = [
      line("failed", COLOURS.failed, data.failed, { borderWidth: 2.4 }),
      line("answered well", COLOURS.ok, data.ok),
      line("offered", COLOURS.offered, data.offered, { borderDash: [5, 4], borderWidth: 1.4 }),
    ];
    if (data.ours.some((value) => value > 0)) sets.push(line("not sent by us", COLOURS.ours, data.ours));
    return draw("chart-rate", { type: "line", data: { datasets: sets }, plugins: [shading],
      options: options(scaleY({ beginAtZero: true, title: { display: false } }), true) }, data.seconds.length);
  }

  function latencyChart() {
    const values = data.p50.concat(data.p99).filter((value) => value !== null && value > 0);
    const top = Math.max(1, ...values) * 2, bottom = Math.min(1, ...values) / 2;
    const sets = [line("p99", COLOURS.p99, data.p99), line("p50", COLOURS.p50, data.p50)];
    if (data.over.some((value) => value > 0)) {
      sets.push(line("p99 above every limit", COLOURS.failed, data.over.map((value) => (value ? top * 0.82 : null)),
        { showLine: false, pointStyle: "triangle", pointRadius: 4 }));
    }
    const tick = (value) => (/^[125]/.test(String(Number(value.toPrecision(1)).toExponential())) ? value + " ms" : "");
    return draw("chart-latency", { type: "line", data: { datasets: sets }, plugins: [shading],
      options: options(scaleY({ type: "logarithmic", min: bottom, max: top, ticks: { color: "#59616b", callback: tick } }), true) },
      data.seconds.length);
  }

  function lanesChart() {
    const used = data.lanes.filter((lane) => lane.bands.length);
    const shown = used.reduce((sum, lane) => sum + lane.bands.length, 0);
    document.querySelector(".plot.lanes").style.height = used.length * LANE + 40 + "px";
    return draw("chart-lanes", { type: "scatter", data: { datasets: [{ data: [] }] }, plugins: [lanes],
      options: options(scaleY({ min: 0, max: 1, grid: { display: false }, ticks: { display: false } }), false) }, shown);
  }

  const charts = [rateChart(), latencyChart(), lanesChart()];
  window.addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize(1000, chart.height)));
  window.addEventListener("afterprint", () => charts.forEach((chart) => chart.resize()));
})();
