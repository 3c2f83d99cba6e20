/** {@code millrace cluster}: what a cluster is, whether it is well, and what a client would see of it. */
package io.millrace.tools.cluster;
