/**
 * The {@code millrace} command, wired by hand: {@link io.millrace.tools.Millrace} is the root, {@link
 * io.millrace.tools.Verbs} the one table of all verbs. Each verb has a room of its own with one class per command.
 *
 * <p>The only package that sees all rooms; nothing imports it. Rooms with verbs may import {@code connect} (which cluster,
 * and how to ask it) and {@code terminal} (what is printed, and how), and none of the others. Pure logic, such as plans,
 * stands apart from commands, and does no I/O. See docs/command.md.
 */
package io.millrace.tools;
