/**
 * Handlers of what clients ask of groups: translation between requests at their versions and the group room's values.
 *
 * <p>May import: group, api, protocol. Start at any of them; {@code Outcome} turns failures into error codes.
 */
package io.millrace.broker.api.group;
