// Stacked traces that scroll: the least and the greatest value of each column of pixels. Columns arrive by number; a
// missing column is a gap. Each lane has its own scale, in steps of 1-2-5, so that the scale changes rarely.
export default {
  template: '<canvas role="img" style="width: 100%; height: 100%; display: block"></canvas>',
  props: { name: String, labels: Array, columns: Number },
  mounted() {
    this.start(1, this.name);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.$el);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.dark.addEventListener("change", this.redraw);
  },
  unmounted() {
    this.resized.disconnect();
    this.dark.removeEventListener("change", this.redraw);
  },
  methods: {
    // Clears all traces; from now on a second has `perSecond` columns, and the traces have this name.
    start(perSecond, name) {
      this.perSecond = perSecond;
      this.end = 0;
      this.low = this.labels.map(() => new Float32Array(this.columns).fill(NaN));
      this.high = this.labels.map(() => new Float32Array(this.columns).fill(NaN));
      this.steps = this.labels.map(() => 0);
      this.$el.setAttribute("aria-label", `${name}, the last ${Math.round(this.columns / perSecond)} s`);
      this.draw();
    },
    // Adds columns from number `first` on: for each the least values of all lanes, then the greatest.
    push(first, values, latest) {
      const lanes = this.labels.length, count = values.length / (2 * lanes);
      for (let lost = Math.max(this.end, first - this.columns); lost < first; lost++) this.put(lost, null, 0);
      for (let i = 0; i < count; i++) this.put(first + i, values, 2 * lanes * i);
      this.end = first + count;
      this.latest = Math.max(latest, this.end);
      this.draw();
    },
    put(column, values, at) {
      const place = column % this.columns, lanes = this.labels.length;
      for (let lane = 0; lane < lanes; lane++) {
        this.low[lane][place] = values?.[at + lane] ?? NaN;
        this.high[lane][place] = values?.[at + lanes + lane] ?? NaN;
      }
    },
    // The newest sample of any trace, `latest`, is at the right edge; this trace may be behind it.
    draw() {
      const canvas = this.$el, ratio = window.devicePixelRatio || 1;
      const width = canvas.clientWidth, height = canvas.clientHeight;
      if (!width || !height) return;
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      const pen = canvas.getContext("2d"), style = getComputedStyle(canvas);
      const ink = (name) => style.getPropertyValue(name).trim();
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      const left = 124, step = (width - left) / this.columns, tall = height / this.labels.length;
      const latest = this.latest ?? 0, oldest = Math.max(0, latest - this.columns);
      this.grid(pen, ink("--line"), { left, step, latest, width, height });
      pen.font = "11px system-ui, sans-serif";
      pen.textBaseline = "middle";
      this.labels.forEach((label, lane) => {
        const middle = (lane + 0.5) * tall;
        const scale = this.scale(lane, oldest);
        pen.textAlign = "left";
        pen.fillStyle = ink("--ink");
        pen.fillText(label, 0, middle);
        if (!scale) return;
        pen.textAlign = "right";
        pen.fillStyle = ink("--soft");
        pen.fillText(`${scale.step >= 1000 ? scale.step / 1000 + " mV" : scale.step + " µV"}`, left - 8, middle);
        pen.strokeStyle = ink(`--trace-${lane % 4}`);
        pen.lineWidth = 1;
        pen.beginPath();
        let joined = false;
        for (let column = oldest; column < this.end; column++) {
          const place = column % this.columns, low = this.low[lane][place], high = this.high[lane][place];
          const x = width - (latest - column - 0.5) * step;
          const y = (value) => middle - ((value - scale.centre) / scale.step) * tall;
          if (Number.isNaN(low)) {
            joined = false;
            continue;
          }
          if (joined) pen.lineTo(x, y(low));
          else pen.moveTo(x, y(low));
          pen.lineTo(x, y(high));
          joined = true;
        }
        pen.stroke();
      });
    },
    grid(pen, line, at) {
      pen.strokeStyle = line;
      pen.lineWidth = 1;
      const every = this.columns / this.perSecond > 15 ? 5 : 1;
      const newest = Math.floor(at.latest / this.perSecond / every) * every;
      for (let second = newest; second >= 0; second -= every) {
        const x = at.width - (at.latest - second * this.perSecond) * at.step;
        if (x < at.left) break;
        pen.beginPath();
        pen.moveTo(x, 0);
        pen.lineTo(x, at.height);
        pen.stroke();
      }
    },
    // Middle and height of a lane in µV; the height changes only if the signal exceeds it or fills less than a fifth of it.
    scale(lane, oldest) {
      let low = Infinity, high = -Infinity;
      for (let column = oldest; column < this.end; column++) {
        const place = column % this.columns;
        if (this.low[lane][place] < low) low = this.low[lane][place];
        if (this.high[lane][place] > high) high = this.high[lane][place];
      }
      if (low > high) return null;
      const range = Math.max(high - low, 1e-3);
      if (range > this.steps[lane] || range < this.steps[lane] / 5) {
        const ten = 10 ** Math.floor(Math.log10(range));
        this.steps[lane] = Number(([1, 2, 5, 10].find((each) => each * ten >= range) * ten).toPrecision(1));
      }
      return { centre: (low + high) / 2, step: this.steps[lane] };
    },
  },
};
