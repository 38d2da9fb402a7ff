import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EngagementMessage, UserEngagementState, UserProfile } from '../../entities';
import { EngagementService } from './engagement.service';
import { MessageQueueService } from './message-queue.service';
import { OnboardingService } from './onboarding.service';
import './violations';

@Module({
  imports: [TypeOrmModule.forFeature([UserEngagementState, EngagementMessage, UserProfile])],
  providers: [EngagementService, MessageQueueService, OnboardingService],
  exports: [EngagementService, MessageQueueService, OnboardingService],
})
export class EngagementModule {}
