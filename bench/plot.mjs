/** A line plot as SVG: one line per contender, a logarithmic axis of what grows; the other too, where lines lie far apart. */

const WIDTH = 640
const HEIGHT = 340
const LEFT = 70
const RIGHT = 170
const TOP = 40
const BOTTOM = 50
/** Lines further apart than this would lie on the bottom of a linear axis. */
const FAR_APART = 20
const COLOURS = ['#1b6ca8', '#c8553d', '#6a994e', '#7d7d7d', '#8e5ea2']

/** A round number not below `value`: 1, 2 or 5 times a power of ten. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)
}

/** The vertical axis: its ticks, and where a value is on it, from 0 at the bottom to 1 at the top. */
function axisOf(values) {
  const top = ceiling(Math.max(...values))
  if (top / Math.min(...values) < FAR_APART) {
    return { ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => part * top), part: (value) => value / top }
  }
  const powers = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(top))]
  const ticks = Array.from({ length: powers[1] - powers[0] + 1 }, (_, index) => 10 ** (powers[0] + index))
  return { ticks, part: (value) => (Math.log10(value) - powers[0]) / (powers[1] - powers[0]) }
}

/**
 * @param {object} given
 * @param {string} given.title
 * @param {string} given.xLabel
 * @param {number[]} given.xs Grows by factors.
 * @param {Record<string, number[]>} given.lines By contender, one value for each x.
 */
export function plot({ title, xLabel, xs, lines }) {
  const { ticks, part } = axisOf(Object.values(lines).flat())
  const x = (value) =>
    LEFT + ((Math.log(value) - Math.log(xs[0])) / (Math.log(xs.at(-1)) - Math.log(xs[0]))) * (WIDTH - LEFT - RIGHT)
  const y = (value) => HEIGHT - BOTTOM - part(value) * (HEIGHT - TOP - BOTTOM)
  const text = (at, words, anchor = 'middle', more = '') =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}"${more}>${words}</text>`
  const drawn = Object.entries(lines).flatMap(([name, values], index) => {
    const colour = COLOURS[index % COLOURS.length]
    const points = values.map((value, at) => `${x(xs[at]).toFixed(1)},${y(value).toFixed(1)}`)
    const legendY = TOP + 12 + index * 20
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...points.map(
        (point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3" fill="${colour}"/>`,
      ),
      `<rect x="${WIDTH - RIGHT + 20}" y="${legendY - 9}" width="12" height="12" fill="${colour}"/>`,
      text([WIDTH - RIGHT + 38, legendY + 1], name, 'start'),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text([LEFT, 22], title, 'start', ' font-size="14" font-weight="bold"'),
    ...ticks.flatMap((value) => [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#ddd"/>`,
      text([LEFT - 8, y(value) + 4], value.toLocaleString('en-GB'), 'end'),
    ]),
    ...xs.map((value) => text([x(value), HEIGHT - BOTTOM + 18], String(value))),
    text([(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12], xLabel),
    ...drawn,
    '</svg>',
    '',
  ].join('\n')
}
