package org.rodnan.operation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of operations.
 *
 * @param graphqlDepthMax how deep the selections of a GraphQL query may be nested, fragments
 *     expanded
 * @param graphqlFieldsMax fields that a GraphQL query may select, fragments expanded
 * @param graphqlResourcesMax resources that a GraphQL query may look at
 * @param graphqlBytesMax bytes that these may have together, times the number of times that the
 *     query selects the same field
 */
@ConfigurationProperties("rodnan.operation")
record OperationSettings(
    @DefaultValue("16") int graphqlDepthMax,
    @DefaultValue("500") int graphqlFieldsMax,
    @DefaultValue("1000") int graphqlResourcesMax,
    @DefaultValue("64MB") DataSize graphqlBytesMax) {}
