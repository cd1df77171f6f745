// A new password for oneself. Whoever else was signed in with the account is not any more.
import { ChangePassword, PasswordSet } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Credentials } from '../credentials.ts';
import { hashPassword, requireGoodPassword } from '../passwords.ts';
import { People } from '../people.ts';
import { asPerson, onPerson } from '../person-stream.ts';
import { Sessions } from '../sessions.ts';
import { SignInPolicies } from '../sign-in-policy.ts';

const ChangePasswordCommand = commandOf(ChangePassword);

@CommandHandler(ChangePasswordCommand)
export class ChangePasswordHandler implements ICommandHandler<MessageOf<typeof ChangePasswordCommand>> {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof ChangePasswordCommand>): Promise<OutcomeOf<typeof ChangePasswordCommand>> {
    const { personId, sessionId } = asPerson(context);
    const person = await this.people.byId(personId);
    const policy = await this.policies.of(context.principal.tenantId);
    requireGoodPassword(input.password, person ?? { name: '', email: '' }, policy);
    const passwordHash = await hashPassword(input.password);
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(personId, eventOf(PasswordSet, { personId, by: 'change' })),
    );
    await this.credentials.setPassword(personId, passwordHash);
    await this.sessions.endAll(personId, 'password-changed', context, sessionId);
    return { eventIds, replayed, answer: {} };
  }
}
