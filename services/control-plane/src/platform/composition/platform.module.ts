// The platform as Nest providers. A token of a role that this process does not play is absent, so a provider that needs
// it fails at start with a sentence instead of at the first request.
import { Global, Logger, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { SETTINGS, type Role } from '../config/settings.ts';
import { ActionBus } from '../cqrs/action-bus.ts';
import { Authority } from '../cqrs/authority.ts';
import { ActionTelemetry } from '../cqrs/action-telemetry.ts';
import { ForgetAnswers } from '../cqrs/forget-answers.ts';
import { Recorder } from '../cqrs/recorder.ts';
import { Subjects } from '../cqrs/subjects.ts';
import { APP_DATABASE, GATEWAY_DATABASE, SYSTEM_DATABASE, WORKER_DATABASE } from '../database/database.ts';
import { EventStore } from '../event-store/index.ts';
import { HINTS } from '../hints/hints.ts';
import { TRUST } from '../keys/trust.ts';
import { MasterKey, PersonalData } from '../personal-data/personal-data.ts';
import { Projections } from '../projections/index.ts';
import { ReadBarrier, type ReadModelKey } from '../projections/read-barrier.ts';
import { SubscriptionRegistry } from '../projections/subscription-registry.ts';
import { DELIVERY } from '../queue/delivery-queue.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { TRACING } from '../telemetry/tracing.ts';
import type { Infrastructure } from './infrastructure.ts';
import { GATEWAY_STORE, LOG_TAIL, READ_MODELS, WORKER_STORE } from './tokens.ts';

@Global()
@Module({})
export class PlatformModule {
  /** `readModels`: of all domains, whichever roles this process plays. */
  static over(infrastructure: Infrastructure, readModels: readonly ReadModelKey[]): DynamicModule {
    const { settings, stations, asking, hints, trust, master, personal, delivery, metrics, tracing } = infrastructure;
    const providers: Provider[] = [
      { provide: SETTINGS, useValue: settings },
      { provide: HINTS, useValue: hints },
      { provide: TRUST, useValue: trust },
      { provide: MasterKey, useValue: master },
      { provide: PersonalData, useValue: personal },
      { provide: DELIVERY, useValue: delivery },
      { provide: Metrics, useValue: metrics },
      { provide: TRACING, useValue: tracing },
    ];
    const { api, worker, gateway } = stations;
    if (api && asking) {
      providers.push(
        { provide: APP_DATABASE, useValue: asking },
        { provide: SYSTEM_DATABASE, useValue: api.database },
        { provide: EventStore, useValue: api.store },
        { provide: LOG_TAIL, useValue: api.tail },
        { provide: ReadBarrier, useValue: new ReadBarrier(api.database, hints, readModels) },
        Recorder,
        Subjects,
        Authority,
        ActionTelemetry,
        ActionBus,
        ForgetAnswers,
      );
    }
    if (worker) {
      const log = new Logger('Projections');
      providers.push(
        { provide: WORKER_DATABASE, useValue: worker.database },
        { provide: WORKER_STORE, useValue: worker.store },
        {
          provide: Projections,
          useValue: new Projections({
            pool: worker.database.pool,
            store: worker.store,
            tail: worker.tail,
            log: {
              error: (fields, message) => log.error({ ...fields, message }),
              warn: (fields, message) => log.warn({ ...fields, message }),
            },
          }),
        },
        { provide: READ_MODELS, useValue: readModels },
        SubscriptionRegistry,
      );
    }
    if (gateway) {
      providers.push(
        { provide: GATEWAY_DATABASE, useValue: gateway.database },
        { provide: GATEWAY_STORE, useValue: gateway.store },
      );
    }
    return { module: PlatformModule, imports: api ? [CqrsModule.forRoot()] : [], providers, exports: providers };
  }
}

export interface DomainParts {
  readonly api?: readonly Provider[];
  readonly worker?: readonly Provider[];
  readonly gateway?: readonly Provider[];
  /** What its worker's part follows, in the version that pages read: commands are answered when these show what they did. */
  readonly readModels?: readonly ReadModelKey[];
}

export interface Domain {
  (roles: readonly Role[]): DynamicModule;
  readonly readModels: readonly ReadModelKey[];
}

/** A domain's Nest module with the providers of the roles that this process plays. */
export function domainModule(parts: DomainParts): Domain {
  @Global()
  @Module({})
  class DomainModule {}
  const over = (roles: readonly Role[]): DynamicModule => {
    const providers = [...new Set(roles.flatMap((role) => parts[role] ?? []))];
    return { module: DomainModule, global: true, providers, exports: providers };
  };
  return Object.assign(over, { readModels: parts.readModels ?? [] });
}
