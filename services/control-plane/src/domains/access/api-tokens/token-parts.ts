// API tokens and service accounts as parts of the access domain's module.
import type { Provider } from '@nestjs/common';
import { CreateServiceAccountHandler } from '../service-accounts/commands/create-service-account.command.ts';
import { MakeServiceTokenHandler } from '../service-accounts/commands/make-service-token.command.ts';
import { RetireServiceAccountHandler } from '../service-accounts/commands/retire-service-account.command.ts';
import { ReviewServiceAccountHandler } from '../service-accounts/commands/review-service-account.command.ts';
import { ListServiceAccountsHandler } from '../service-accounts/queries/list-service-accounts.query.ts';
import { ServiceAccounts } from '../service-accounts/service-accounts.ts';
import { MakeTokenHandler } from './commands/make-token.command.ts';
import { RevokeAnyTokenHandler } from './commands/revoke-any-token.command.ts';
import { RevokeTokenHandler } from './commands/revoke-token.command.ts';
import { SetTokenPolicyHandler } from './commands/set-token-policy.command.ts';
import { EndTokens } from './end-tokens.ts';
import { IssueToken } from './issue-token.ts';
import { GetTokenPolicyHandler } from './queries/get-token-policy.query.ts';
import { GetUsedTokenHandler } from './queries/get-used-token.query.ts';
import { ListOwnTokensHandler } from './queries/list-own-tokens.query.ts';
import { ListTokensHandler } from './queries/list-tokens.query.ts';
import { EndTokensWhenOver } from './schedules/end-tokens-when-over.schedule.ts';
import { TokenPolicies } from './token-policy.ts';
import { TokenRights } from './token-rights.ts';
import { TokenViews } from './token-views.ts';
import { TokensToReview } from './tokens-to-review.ts';
import { Tokens } from './tokens.ts';

const api: readonly Provider[] = [
  TokenRights,
  TokenPolicies,
  TokenViews,
  Tokens,
  IssueToken,
  EndTokens,
  TokensToReview,
  ServiceAccounts,
  MakeTokenHandler,
  RevokeTokenHandler,
  RevokeAnyTokenHandler,
  SetTokenPolicyHandler,
  ListOwnTokensHandler,
  ListTokensHandler,
  GetUsedTokenHandler,
  GetTokenPolicyHandler,
  CreateServiceAccountHandler,
  ReviewServiceAccountHandler,
  RetireServiceAccountHandler,
  MakeServiceTokenHandler,
  ListServiceAccountsHandler,
];

const worker: readonly Provider[] = [EndTokensWhenOver];

export const tokenParts = { api, worker };
