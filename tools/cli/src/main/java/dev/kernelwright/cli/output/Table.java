package dev.kernelwright.cli.output;

import java.util.ArrayList;
import java.util.List;

/** A table in text: columns as wide as their widest cell, two spaces apart, numbers to the right. */
public final class Table {
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    /** Begins a table; a heading that begins with {@code >} has its column aligned to the right. */
    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** Adds a row with a cell for each heading. */
    public void row(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells were given for " + headings);
        }
        rows.add(List.of(cells));
    }

    /** Returns the headings and the rows, a line each. */
    public List<String> lines() {
        List<List<String>> all = new ArrayList<>();
        all.add(headings.stream().map(heading -> heading.startsWith(">") ? heading.substring(1) : heading).toList());
        all.addAll(rows);
        int[] widths = new int[headings.size()];
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return all.stream().map(row -> format(row, widths)).toList();
    }

    private String format(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String blanks = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? "" : GAP)
                    .append(headings.get(i).startsWith(">") ? blanks + row.get(i) : row.get(i) + blanks);
        }
        return line.toString().stripTrailing();
    }
}
