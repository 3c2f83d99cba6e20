/** {@code millrace group}: consumer groups, how far they are behind, and moving their positions. */
package io.millrace.tools.group;
