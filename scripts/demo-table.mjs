/**
 * Rows as an aligned table.
 *
 * @param {readonly string[]} columns Keys of the rows; also the headings.
 * @param {readonly Record<string, string>[]} rows
 * @returns {string}
 */
export function table(columns, rows) {
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => row[column].length)))
  const line = (cells) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index]))
      .join('   ')
      .trimEnd()
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => `  ${line(cells)}`)
    .join('\n')
}
