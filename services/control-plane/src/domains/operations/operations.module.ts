// The operations domain: tasks from request to receipt.
import { domainModule } from '../../platform/composition/platform.module.ts';
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { WORKER_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { Metrics } from '../../platform/telemetry/metrics.ts';
import { TRACING, type Tracing } from '../../platform/telemetry/tracing.ts';
import { CancelOperationHandler } from './commands/cancel-operation.command.ts';
import { ResumeDispatchHandler } from './commands/resume-dispatch.command.ts';
import { RetryOperationHandler } from './commands/retry-operation.command.ts';
import { Dispatcher } from './delivery/dispatcher.ts';
import { TaskCourier } from './delivery/task-courier.ts';
import { LastJob } from './last-job.ts';
import { OpenWork } from './open-work.ts';
import { OperationPlaces } from './operation-places.ts';
import { OperationRequests } from './operation-requests.ts';
import { CancelTasksWhenOperationIsCancelled } from './policies/cancel-tasks-when-operation-is-cancelled.policy.ts';
import { EndTasksWhenServerIsRetired } from './policies/end-tasks-when-server-is-retired.policy.ts';
import { FinishOperationWhenTasksEnd } from './policies/finish-operation-when-tasks-end.policy.ts';
import { TraceTasks } from './policies/trace-tasks.ts';
import { GetOperationHandler } from './queries/get-operation.query.ts';
import { GetRecoveryHandler } from './queries/get-recovery.query.ts';
import { GetTaskHandler } from './queries/get-task.query.ts';
import { ListOperationsHandler } from './queries/list-operations.query.ts';
import { OperationRows } from './queries/operation-rows.ts';
import { HoldKeeper } from './recovery/hold-keeper.ts';
import { JournalCollector } from './recovery/journal-collector.ts';
import { CancelWorkWhenDispatchStops } from './stop/cancel-work-when-dispatch-stops.policy.ts';
import { GetStopHandler } from './stop/get-stop.query.ts';
import { LiftStopHandler } from './stop/lift-stop.command.ts';
import { StopDispatchHandler } from './stop/stop-dispatch.command.ts';
import { OPERATION_REQUESTS } from './tokens.ts';

export const operationsModule = domainModule({
  api: [
    OperationPlaces,
    OperationRows,
    OpenWork,
    LastJob,
    ListOperationsHandler,
    GetOperationHandler,
    GetTaskHandler,
    CancelOperationHandler,
    RetryOperationHandler,
    ResumeDispatchHandler,
    GetRecoveryHandler,
    StopDispatchHandler,
    LiftStopHandler,
    GetStopHandler,
  ],
  worker: [
    Dispatcher,
    HoldKeeper,
    {
      provide: OPERATION_REQUESTS,
      inject: [WORKER_STORE, HINTS],
      useFactory: (store: EventStore, hints: HintBus) => new OperationRequests(store, hints),
    },
    {
      provide: FinishOperationWhenTasksEnd,
      inject: [SubscriptionRegistry, WORKER_DATABASE, WORKER_STORE, HINTS, Dispatcher, SETTINGS, Metrics, TRACING],
      useFactory: (
        registry: SubscriptionRegistry,
        { pool }: Connection,
        store: EventStore,
        hints: HintBus,
        dispatcher: Dispatcher,
        settings: Settings,
        metrics: Metrics,
        tracing: Tracing,
      ) => {
        const finish = new FinishOperationWhenTasksEnd(pool, store, new LiveHints(hints));
        registry.add(finish);
        registry.add(new CancelTasksWhenOperationIsCancelled(pool, store, dispatcher));
        registry.add(new EndTasksWhenServerIsRetired(pool, store));
        registry.add(new CancelWorkWhenDispatchStops(pool, store));
        // It reads each task's whole story, so it runs only when somebody listens.
        if (settings.MUSTER_METRICS_PORT !== undefined || settings.MUSTER_OTLP_TRACES !== undefined)
          registry.add(new TraceTasks(store, metrics, tracing));
        return finish;
      },
    },
  ],
  gateway: [TaskCourier, JournalCollector],
});
