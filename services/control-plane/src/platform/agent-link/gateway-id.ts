// Names this gateway process: deliveries for the servers it holds go to its own queue.
export const GATEWAY_ID = Symbol('GATEWAY_ID');
