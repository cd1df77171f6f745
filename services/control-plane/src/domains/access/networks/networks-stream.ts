/** Everything that was decided about the doors. */
export const networksStream = (tenantId: string) => `networks-${tenantId}`;
