// Draws the charts of searches and series of steps. Reads #growth-data (see details_parts.h); after drawing, each canvas
// carries data-ready with the number of points it shows.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("growth-data").textContent);
  const INK = "#16191d", SOFT = "#59616b", GRID = "#edeff2", LAW = "#2b6cb0";
  const OUTCOMES = {
    holds: { colour: "#0b7a4b", style: "circle" },
    breaches: { colour: "#b3251b", style: "crossRot" },
    undecided: { colour: "#c98a10", style: "rectRot" },
    invalid: { colour: "#5f6670", style: "rect" },
  };
  const charts = [];

  const number = (value) => typeof value === "number" && Number.isFinite(value);
  const thousands = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, " ");

  function axis(title, extra) {
    return Object.assign({ type: "linear", grid: { color: GRID }, title: { display: true, text: title, color: SOFT },
      ticks: { color: SOFT, maxRotation: 0, callback: thousands } }, extra);
  }

  function options(x, y) {
    return {
      animation: false, responsive: true, maintainAspectRatio: false, scales: { x, y },
      plugins: {
        legend: { align: "start", labels: { usePointStyle: true, boxWidth: 9, color: INK, filter: (item) => item.text !== "" } },
        tooltip: { callbacks: { label: (item) => item.dataset.label + ": " + item.parsed.x + ", " + item.parsed.y } },
      },
    };
  }

  function draw(id, sets, scales, plugins, shown) {
    const canvas = document.getElementById(id);
    if (!canvas) return;
    const ready = { id: "ready", afterDraw() { canvas.setAttribute("data-ready", String(shown)); } };
    charts.push(new Chart(canvas, { type: "scatter", data: { datasets: sets }, options: options(scales.x, scales.y),
      plugins: plugins.concat(ready) }));
  }

  function straight(label, colour, from, to) {
    return { label, data: [from, to], showLine: true, borderColor: colour, backgroundColor: colour, borderDash: [5, 4],
      borderWidth: 1.4, pointRadius: 0, pointStyle: "line" };
  }

  // The steps by outcome; a confirmation is larger.
  function byOutcome(search, values) {
    return Object.keys(OUTCOMES).map((name) => {
      const { colour, style } = OUTCOMES[name];
      const points = [], radius = [];
      search.rate.forEach((rate, i) => {
        if (search.outcome[i] !== name || !number(values[i])) return;
        points.push({ x: rate, y: values[i] });
        radius.push(search.confirmation[i] ? 9 : 6);
      });
      return { label: name, data: points, pointStyle: style, pointRadius: radius, borderColor: colour, pointBorderWidth: 2.4,
        backgroundColor: name === "invalid" ? "#fff" : colour };
    }).filter((set) => set.data.length);
  }

  // Upright lines with a word, and the band between two of them.
  function marks(lines, band) {
    return {
      id: "marks",
      beforeDatasetsDraw(chart) {
        const { ctx, chartArea, scales } = chart;
        ctx.save();
        if (band && number(band[0])) {
          const from = scales.x.getPixelForValue(band[0]);
          const to = number(band[1]) ? scales.x.getPixelForValue(band[1]) : chartArea.right;
          ctx.fillStyle = "#f6c64e";
          ctx.globalAlpha = 0.38;
          ctx.fillRect(from, chartArea.top, Math.max(to - from, 2), chartArea.height);
          ctx.globalAlpha = 1;
        }
        ctx.font = "12px system-ui, sans-serif";
        ctx.textBaseline = "top";
        for (const line of lines) {
          if (!number(line.at) || line.at > scales.x.max) continue;
          const x = scales.x.getPixelForValue(line.at);
          ctx.strokeStyle = INK;
          ctx.setLineDash([2, 3]);
          ctx.beginPath();
          ctx.moveTo(x, chartArea.top);
          ctx.lineTo(x, chartArea.bottom);
          ctx.stroke();
          const left = x + ctx.measureText(line.word).width + 6 > chartArea.right;
          ctx.textAlign = left ? "right" : "left";
          ctx.fillStyle = INK;
          ctx.fillText(line.word, left ? x - 4 : x + 4, chartArea.top + 3);
        }
        ctx.restore();
      },
    };
  }

  // From the lower to the upper bound of each value.
  function bars(rates, lower, upper) {
    return {
      id: "bars",
      beforeDatasetsDraw(chart) {
        const { ctx, chartArea, scales } = chart;
        ctx.save();
        ctx.strokeStyle = SOFT;
        ctx.lineWidth = 1.6;
        rates.forEach((rate, i) => {
          if (!number(lower[i]) && !number(upper[i])) return;
          const clamp = (y) => Math.min(Math.max(y, chartArea.top), chartArea.bottom);
          const x = scales.x.getPixelForValue(rate);
          const from = number(lower[i]) ? clamp(scales.y.getPixelForValue(lower[i])) : chartArea.bottom;
          const to = number(upper[i]) ? clamp(scales.y.getPixelForValue(upper[i])) : chartArea.top;
          ctx.beginPath();
          ctx.moveTo(x, from);
          ctx.lineTo(x, to);
          for (const y of [from, to]) { ctx.moveTo(x - 4, y); ctx.lineTo(x + 4, y); }
          ctx.stroke();
        });
        ctx.restore();
      },
    };
  }

  function searchCharts(search) {
    const most = Math.max(...search.rate.concat(search.forecast || 0)) * 1.06;
    const lines = number(search.forecast) ? [{ at: search.forecast, word: "forecast" }] : [];
    const x = axis("offered, requests per second", { min: 0, max: most });
    const sets = byOutcome(search, search.answered);
    sets.push(straight("all of it answered", SOFT, { x: 0, y: 0 }, { x: most, y: most }));
    draw(search.id, sets, { x, y: axis("answered well per second", { min: 0 }) }, [marks(lines, [search.lower, search.upper])],
      search.rate.length);
    const limiting = search.limiting;
    if (!limiting) return;
    const shown = limiting.value.concat(limiting.lower, limiting.upper, limiting.limit).filter(number);
    const least = Math.min(...shown), top = Math.max(...shown);
    const wide = limiting.unit === "ms" && least > 0 && top > 20 * least;
    const y = axis(limiting.title + ", " + limiting.unit, wide ? { type: "logarithmic" } : limiting.unit === "ms" ? { min: 0 } : {});
    y.title.text = y.title.text.length > 44 ? y.title.text.slice(0, 43) + "…" : y.title.text;
    const points = byOutcome(search, limiting.value);
    points.push(straight("limit", "#b3251b", { x: 0, y: limiting.limit }, { x: most, y: limiting.limit }));
    draw(search.id + "-limit", points, { x, y },
      [marks(lines, [search.lower, search.upper]), bars(search.rate, limiting.lower, limiting.upper)],
      limiting.value.filter(number).length);
  }

  function curve(law, most) {
    const points = [];
    for (let i = 0; i <= 160; i++) {
      const n = Math.max((most * i) / 160, 1e-6);
      points.push({ x: n, y: (law.gamma * n) / (1 + law.alpha * (n - 1) + law.beta * n * (n - 1)) });
    }
    return { label: "law", data: points.filter((point) => point.y >= 0), showLine: true, borderColor: LAW, backgroundColor: LAW,
      borderWidth: 2, pointRadius: 0, pointStyle: "line" };
  }

  function scalingChart(scaling) {
    const measured = Math.max(...scaling.n);
    const reached = number(scaling.peak_n) && scaling.peak_n < 2 * measured;
    const most = Math.max(measured * 1.12, reached ? scaling.peak_n * 1.12 : 0);
    const points = (out) => scaling.n.map((n, i) => ({ x: n, y: scaling.throughput[i] })).filter((_, i) => scaling.left_out[i] === out);
    const sets = [{ label: "steps", data: points(false), pointRadius: 6, borderColor: INK, backgroundColor: INK }];
    if (points(true).length) {
      sets.push({ label: "left out", data: points(true), pointRadius: 6, pointStyle: "rect", borderColor: SOFT, backgroundColor: "#fff" });
    }
    if (scaling.law) sets.push(curve(scaling.law, most));
    if (scaling.law) sets.push(straight("perfect scaling", SOFT, { x: 0, y: 0 }, { x: most, y: scaling.law.gamma * most }));
    const top = Math.max(...scaling.throughput, reached ? scaling.peak : 0) * 1.15;
    if (number(scaling.ceiling) && scaling.ceiling < 2 * top) {
      sets.push(straight("ceiling", "#b3251b", { x: 0, y: scaling.ceiling }, { x: most, y: scaling.ceiling }));
    }
    const y = axis("answered well per second", { min: 0, max: number(scaling.ceiling) && scaling.ceiling < 2 * top ? Math.max(top, scaling.ceiling * 1.06) : top });
    const lines = reached ? [{ at: scaling.peak_n, word: "peak" }] : [];
    draw(scaling.id, sets, { x: axis(scaling.unit, { min: 0, max: most }), y }, [marks(lines, null)], scaling.n.length);
  }

  data.searches.forEach(searchCharts);
  data.scalings.forEach(scalingChart);
  window.addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize(1000, chart.height)));
  window.addEventListener("afterprint", () => charts.forEach((chart) => chart.resize()));
})();
