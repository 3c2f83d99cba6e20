/** {@code millrace partition}: where replicas are and who leads, and changing that. */
package io.millrace.tools.partition;
