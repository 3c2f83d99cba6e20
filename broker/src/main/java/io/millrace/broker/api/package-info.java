/**
 * One handler per request: checks, asks the rooms below, answers. No state, no sockets.
 *
 * <p>Handlers stand in sub-packages by subject: {@code api.meta}, {@code api.data}, {@code api.group}, {@code
 * api.admin}. {@code Handlers} is the one table of them, and ApiVersions answers from it. May
 * import: group, coordinator, replica, log (values), cluster, config. Start at {@link
 * io.millrace.broker.api.RequestHandler}.
 */
package io.millrace.broker.api;
