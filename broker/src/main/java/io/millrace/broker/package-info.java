/**
 * The house, wired by hand: every room is made in {@link io.millrace.broker.Broker}, started from the bottom up and
 * stopped in the mirrored order. {@link io.millrace.broker.Main} is the command line in front of it.
 *
 * <p>The only package that sees all rooms; nothing imports it.
 */
package io.millrace.broker;
