/** {@code millrace topic}: what topics there are, how they are, and making, changing and deleting them. */
package io.millrace.tools.topic;
