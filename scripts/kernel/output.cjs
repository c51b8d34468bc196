/**
 * Keeps all output. zeromq 6 defers about every 512th send on a publishing socket, and tslab, which never waits for a
 * send, then fails with "Socket is busy writing": output is lost and the cell may stay busy for ever. Without a queue
 * limit and without waiting, a send never has to be deferred.
 */
'use strict';

const { Publisher } = require('zeromq');

const { bind } = Publisher.prototype;
Object.defineProperty(Publisher.prototype, 'bind', {
  value(address) {
    this.sendTimeout = 0;
    this.sendHighWaterMark = 0;
    return bind.call(this, address);
  },
});
