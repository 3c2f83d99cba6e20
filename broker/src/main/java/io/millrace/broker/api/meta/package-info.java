/**
 * The handlers that tell a client where things are: versions, brokers, topics, coordinators.
 *
 * <p>May import: api, cluster, group. Start at {@link io.millrace.broker.api.meta.MetadataHandler}.
 */
package io.millrace.broker.api.meta;
