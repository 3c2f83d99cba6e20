/** {@code millrace profile}: names for clusters. */
package io.millrace.tools.profile;
