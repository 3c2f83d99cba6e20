/**
 * What a verb prints and asks, and how: for eyes or for programs, with or without a terminal.
 *
 * <p>Knows no cluster. A verb gives its findings to {@link io.millrace.tools.terminal.Output} as a {@link
 * io.millrace.tools.terminal.Table} of rows or a {@link io.millrace.tools.terminal.Sheet} of fields; what goes wrong is a
 * {@link io.millrace.tools.terminal.Failure}. May import: picocli, Jackson.
 */
package io.millrace.tools.terminal;
